#![no_main]

hourglass_fuzz::target!("window");
