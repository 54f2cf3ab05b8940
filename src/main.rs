//! The binary.
use hourglass::{data, model, train};
use std::sync::Arc;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let data = Arc::new(data::open(&data::DatasetRequest { location: args[1].clone(), limit: None }).unwrap());
    let variant = model::variant(&args[2]).unwrap();
    let mut config = train::RunConfig::recipe(variant, &args[1]);
    config.batch = args[3].parse().unwrap();
    config.seed = args[6].parse().unwrap();
    let (o, lr) = if args[2] == "convolutional" || args.get(7).is_some() { (model::OptimizerKind::Adam, 1e-3) } else { (model::OptimizerKind::Sgd, 1.0) };
    let mut p = train::PhaseSettings::usual(o, args[5].parse().unwrap());
    p.learning_rate = lr; p.optimizer.clip = std::env::var("CLIP").ok().map_or(0.0, |c| c.parse().unwrap());
    config.pretraining = *model::Pretraining::ALL.iter().find(|p| p.id() == args[4]).unwrap();
    config.set_schedule(variant, p, p, 0.2);
    let compute = train::Compute { device: burn::tensor::Device::flex(), name: "flex".into(), has_own_memory: false, remarks: vec![] };
    let mut t = train::Trainer::new(config, data, &compute).unwrap();
    let mut seen = 0;
    loop {
        match t.advance().unwrap() { train::Advance::Finished => break, _ => {} }
        if t.metrics().test.len() > seen { seen = t.metrics().test.len(); let m = t.metrics(); println!("{:?} train {:?} t {:.1}/{:.1}", m.test.last().unwrap(), m.train.last(), t.train_time().as_secs_f64(), t.elapsed().as_secs_f64()); }
    }
    t.collect().unwrap();
}
