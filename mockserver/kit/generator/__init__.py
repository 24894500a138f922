"""The generator: from what people write (`openapi.yaml`, `profiles/`) to what server and kit read."""
