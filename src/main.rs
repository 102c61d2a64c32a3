//! The `windlass` program: hands its arguments to [`windlass::cli`].
fn main() {}
