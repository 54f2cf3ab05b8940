//! Kernels: what training on the CPU spends its time on, written out.
//!
//! A *kernel* does at once what a tensor library does in several passes over memory: a layer with its
//! bias and activation, a loss with its gradient, an optimizer's step. Kernels take slices and give
//! slices; they know neither networks nor Burn. [`model`](crate::model) makes operations of them and
//! holds each against the same in Burn's own operations.
//!
//! Loops are compiled for several generations of processors (`pulp`), matrix products are faer's, long
//! arrays are shared out among the threads of the rayon pool a kernel is called in. A sum has the same
//! order whatever the number of threads, except that the weights of a convolution are summed over
//! groups of images whose size depends on it: on one machine every step repeats to the bit.

pub mod convolution;
pub mod dense;
pub mod loss;
pub mod mask;
pub mod pointwise;
pub mod pool;
pub mod product;
pub mod update;
pub mod window;
