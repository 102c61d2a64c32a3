//! windlass raises and lowers a stack of containers described by one stack file.
