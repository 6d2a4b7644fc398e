"""What the targets preview, verify and explain answer. They read only; standard library."""
