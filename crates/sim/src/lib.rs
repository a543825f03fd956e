//! Market simulation and replay: the engine among recorded prices and modelled actors.

pub mod prices;
