//! Observe and apply, on the scripted engine.

mod cancel;
mod converge;
mod failure;
mod gate;
mod image;
mod in_place;
mod order;
mod round_trip;
mod wait;
