"""What people read is true: every snippet runs, every link and every name leads somewhere."""
