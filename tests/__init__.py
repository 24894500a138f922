"""The tests of house and kit; they mirror the floors."""
