"""One rank's state and its run loop: what is built, advanced, exchanged and recorded."""
