"""Example documents of our own making: values go in, a document in some layout and format comes out, with what must be read in it."""
