"""The emulated providers, a folder each. None imports another, and none is named outside its folder."""
