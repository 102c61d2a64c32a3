//! Observe and apply, on the scripted engine.

mod cancel;
mod content;
mod converge;
mod failure;
mod gate;
mod hook;
mod image;
mod in_place;
mod order;
mod program;
mod recreate;
mod round_trip;
mod wait;
