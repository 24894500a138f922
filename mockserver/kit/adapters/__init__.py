"""How a client is put through cases: as a command for each, over lines of JSON, and in process."""
