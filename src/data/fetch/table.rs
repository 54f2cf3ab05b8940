//! The sets there are.
//!
//! Lengths and SHA-256 are those of the files that their authors published; mirrors may come and go,
//! but none can bring anything else.

use super::{RemoteFile, Set};

/// Every set, in the order of the lists.
pub const SETS: &[&Set] = &[&MNIST, &FASHION_MNIST, &KMNIST];

/// Handwritten digits (`LeCun` et al. 1998).
pub const MNIST: Set = Set {
    id: "mnist",
    name: "MNIST",
    summary: "70,000 handwritten digits of 28×28 pixels, 60,000 of them for training (LeCun et al. 1998).",
    classes: &[],
    files: &[
        RemoteFile {
            name: "train-images-idx3-ubyte.gz",
            bytes: 9_912_422,
            sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        },
        RemoteFile {
            name: "train-labels-idx1-ubyte.gz",
            bytes: 28_881,
            sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        },
        RemoteFile {
            name: "t10k-images-idx3-ubyte.gz",
            bytes: 1_648_877,
            sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        },
        RemoteFile {
            name: "t10k-labels-idx1-ubyte.gz",
            bytes: 4_542,
            sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    ],
    mirrors: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ],
};

/// Pieces of clothing (Xiao et al. 2017).
pub const FASHION_MNIST: Set = Set {
    id: "fashion-mnist",
    name: "Fashion-MNIST",
    summary: "70,000 pieces of clothing of 28×28 pixels, 60,000 of them for training (Xiao et al. 2017).",
    classes: &[
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ],
    files: &[
        RemoteFile {
            name: "train-images-idx3-ubyte.gz",
            bytes: 26_421_880,
            sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        },
        RemoteFile {
            name: "train-labels-idx1-ubyte.gz",
            bytes: 29_515,
            sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        },
        RemoteFile {
            name: "t10k-images-idx3-ubyte.gz",
            bytes: 4_422_102,
            sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        },
        RemoteFile {
            name: "t10k-labels-idx1-ubyte.gz",
            bytes: 5_148,
            sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        },
    ],
    mirrors: &[
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ],
};

/// Cursive Japanese characters (Clanuwat et al. 2018).
pub const KMNIST: Set = Set {
    id: "kmnist",
    name: "KMNIST",
    summary: "70,000 cursive Japanese characters of 28×28 pixels, 60,000 of them for training (Clanuwat et al. 2018).",
    classes: &["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
    files: &[
        RemoteFile {
            name: "train-images-idx3-ubyte.gz",
            bytes: 18_165_135,
            sha256: "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        },
        RemoteFile {
            name: "train-labels-idx1-ubyte.gz",
            bytes: 29_497,
            sha256: "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        },
        RemoteFile {
            name: "t10k-images-idx3-ubyte.gz",
            bytes: 3_041_136,
            sha256: "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        },
        RemoteFile {
            name: "t10k-labels-idx1-ubyte.gz",
            bytes: 5_120,
            sha256: "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        },
    ],
    mirrors: &[
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/KMNIST/",
        "https://storage.googleapis.com/kuzushiji-mnist/",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_complete_and_says_so() {
        for set in SETS {
            assert!(set.mirrors.len() >= 2, "{} hangs on one server", set.name);
            for mirror in set.mirrors {
                assert!(
                    mirror.ends_with('/') && mirror.starts_with("http"),
                    "{mirror}"
                );
            }
            let names: Vec<&str> = set.files.iter().map(|file| file.name).collect();
            for part in ["train-images", "train-labels", "t10k-images", "t10k-labels"] {
                let count = names.iter().filter(|name| name.starts_with(part)).count();
                assert_eq!(count, 1, "{part} of {}", set.name);
            }
            for file in set.files {
                let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                assert_eq!(file.sha256.len(), 64, "{}", file.name);
                assert!(file.sha256.bytes().all(is_digit), "{}", file.sha256);
                let twins = SETS.iter().flat_map(|set| set.files);
                let count = twins.filter(|other| other.sha256 == file.sha256).count();
                assert_eq!(count, 1, "two files are the same one");
            }
        }
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(MNIST.size(), "12 MB");
        assert_eq!(FASHION_MNIST.size(), "31 MB");
        assert_eq!(KMNIST.size(), "21 MB");
    }
}
