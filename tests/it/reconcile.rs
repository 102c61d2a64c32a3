//! Observe and apply, on the scripted engine.

mod cancel;
mod converge;
mod failure;
mod gate;
mod image;
mod order;
mod round_trip;
mod wait;
