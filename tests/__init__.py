"""The tests of server and kit; they mirror the floors."""
