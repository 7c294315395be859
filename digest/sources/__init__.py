"""Reading and parsing: from files to documents."""
