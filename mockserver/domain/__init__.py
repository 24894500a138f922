"""What a job is: values of the standard library only. No IO, no clock, no chance of its own."""
