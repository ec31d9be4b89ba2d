"""The law: what a case, a notice, an approval and a delivery are and may become. Standard library only, no input or output."""
