//! The whole program on a real engine.

mod attribute;
mod build;
mod example;
mod failure;
mod gate;
mod interrupt;
mod lifecycle;
mod mount;
mod network;
