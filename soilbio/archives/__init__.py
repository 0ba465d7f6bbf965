"""What goes to the public archives, and what comes from them."""
