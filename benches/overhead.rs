//! What the program adds to the bare training loop: each model of the speed table, trained by a plain
//! Burn loop and by `hourglass train`, in turn, on the same images with the same batch size.
//!
//! `cargo bench --bench overhead [-- STEPS]`. Prints the median over rounds and the ratio, to be
//! held below 1.10. Both sides use Flex and Adam at batch 256 on the built-in digits.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use std::process::Command;
use std::time::Instant;

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData, activation, module};
use hourglass::data::{self, DatasetRequest};

const BATCH: usize = 256;
const ROUNDS: usize = 3;

#[derive(Module, Debug)]
struct Dense {
    layers: Vec<Linear>,
}

impl Dense {
    fn new(widths: &[usize], device: &Device) -> Self {
        let mirrored: Vec<usize> = widths
            .iter()
            .chain(widths.iter().rev().skip(1))
            .copied()
            .collect();
        let layers = mirrored.windows(2);
        Self {
            layers: layers
                .map(|pair| LinearConfig::new(pair[0], pair[1]).init(device))
                .collect(),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len() - 1;
        let code = self.layers.len() / 2 - 1;
        self.layers.iter().enumerate().fold(x, |x, (at, layer)| {
            let y = layer.forward(x);
            match at {
                at if at == last => activation::sigmoid(y),
                at if at == code => y,
                _ => activation::relu(y),
            }
        })
    }
}

#[derive(Module, Debug)]
struct Conv {
    down: Vec<Conv2d>,
    encode: Linear,
    decode: Linear,
    up: Vec<ConvTranspose2d>,
}

impl Conv {
    fn new(device: &Device) -> Self {
        let down = |from, to, kernel| {
            Conv2dConfig::new([from, to], [kernel, kernel])
                .with_stride([2, 2])
                .init(device)
        };
        let up = |from, to, kernel| {
            ConvTranspose2dConfig::new([from, to], [kernel, kernel])
                .with_stride([2, 2])
                .init(device)
        };
        Self {
            down: vec![down(1, 32, 5), down(32, 64, 5), down(64, 128, 3)],
            encode: LinearConfig::new(1152, 10).init(device),
            decode: LinearConfig::new(10, 1152).init(device),
            up: vec![up(128, 64, 3), up(64, 32, 5), up(32, 1, 5)],
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
        let [images, pixels] = x.dims();
        let mut x = x.reshape([images, 1, 28, 28]);
        for (at, layer) in self.down.iter().enumerate() {
            let pad = if at < 2 { (1, 2) } else { (0, 0) };
            let options = ConvOptions::new_with_padding([2, 2], [pad, pad], [1, 1], 1);
            let bias = layer.bias.as_ref().map(|bias| bias.val());
            x = activation::relu(module::conv2d(x, layer.weight.val(), bias, options));
        }
        let code = self.encode.forward(x.reshape([images, 1152]));
        let y = activation::relu(self.decode.forward(code));
        let mut y = y.reshape([images, 128, 3, 3]);
        for (at, layer) in self.up.iter().enumerate() {
            let pad = usize::from(at > 0);
            let options = ConvTransposeOptions::new([2, 2], [pad, pad], [0, 0], [1, 1], 1);
            let bias = layer.bias.as_ref().map(|bias| bias.val());
            y = module::conv_transpose2d(y, layer.weight.val(), bias, options);
            if at > 0 {
                let [_, channels, height, width] = y.dims();
                y = y.slice([0..images, 0..channels, 0..height - 1, 0..width - 1]);
            }
            if at < 2 {
                y = activation::relu(y);
            }
        }
        y.reshape([images, pixels])
    }
}

/// Images a second of the plain loop.
fn bare<M: Module + Clone>(
    model: M,
    forward: impl Fn(&M, Tensor<2>) -> Tensor<2>,
    pixels: &[f32],
    steps: usize,
    device: &Device,
) -> f64 {
    let mut model = model;
    let mut optimizer = AdamConfig::new().init();
    let sets = pixels.len() / 784 / BATCH;
    let start = Instant::now();
    for step in 0..steps {
        let at = step % sets * BATCH * 784;
        let values = pixels[at..at + BATCH * 784].to_vec();
        let x = Tensor::<2>::from_data(TensorData::new(values, [BATCH, 784]), device);
        let difference = forward(&model, x.clone()) - x;
        let loss = (difference.clone() * difference).mean();
        let grads = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(1e-3, model, grads);
    }
    (steps * BATCH) as f64 / start.elapsed().as_secs_f64()
}

/// Images a second of the command line, as it reports them for its training steps.
fn command_line(arguments: &[&str], epochs: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_hourglass"))
        .args([
            "train",
            "--json",
            "--device",
            "flex",
            "--optimizer",
            "adam",
            "--batch",
            "256",
        ])
        .args(["--epochs", &epochs.to_string()])
        .args(arguments)
        .arg("--out")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    last["images_per_s"].as_f64().unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let steps: usize = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(92);
    let data = data::open(&DatasetRequest {
        location: "glyphs".to_owned(),
        ..DatasetRequest::default()
    })
    .unwrap();
    let pixels: Vec<f32> = data
        .train
        .pixels()
        .iter()
        .map(|pixel| f32::from(*pixel) / 255.0)
        .collect();
    let device = Device::flex().autodiff();
    let per_epoch = data.train.len() / BATCH;
    let models: [(&str, &[usize], &[&str]); 4] = [
        ("ae-10", &[784, 10], &["--variant", "autoencoder"]),
        (
            "deep-10-layers",
            &[784, 500, 250, 125, 64, 10],
            &["--variant", "deep", "--init", "uniform"],
        ),
        (
            "dec",
            &[784, 500, 500, 2000, 10],
            &[
                "--variant",
                "deep",
                "--init",
                "uniform",
                "--widths",
                "784,500,500,2000,10",
            ],
        ),
        ("conv", &[], &["--variant", "convolutional"]),
    ];
    println!(
        "{:16} {:>14} {:>14} {:>8}",
        "model", "bare images/s", "hourglass", "time"
    );
    for (name, widths, arguments) in models {
        // The slowest models do with one epoch.
        let steps = if name == "conv" {
            steps.min(per_epoch)
        } else {
            steps
        };
        let epochs = (steps / per_epoch).max(1);
        let (mut plain, mut ours) = (Vec::new(), Vec::new());
        for _round in 0..ROUNDS {
            plain.push(if widths.is_empty() {
                bare(
                    Conv::new(&device),
                    Conv::forward,
                    &pixels,
                    epochs * per_epoch,
                    &device,
                )
            } else {
                bare(
                    Dense::new(widths, &device),
                    Dense::forward,
                    &pixels,
                    epochs * per_epoch,
                    &device,
                )
            });
            ours.push(command_line(arguments, epochs));
        }
        let (plain, ours) = (median(plain), median(ours));
        println!("{name:16} {plain:14.0} {ours:14.0} {:7.3}×", plain / ours);
    }
}
