#pragma once
// etch: a neural network, etched into the program. This page is the map of the library. Each module uses only those
// above it in this list, except that layer and optimizer do not use each other (CONTRIBUTING.md, "Where to find
// things").
//
// To understand it, read layer/dense.hpp, layer/layer.hpp, network/chain.hpp (forward), network/chain_tape.hpp
// (backward), tensor/product.hpp with product/order.hpp, and training/stepper.hpp; network/network.hpp is the
// interface. A program that only deploys a network includes etch/inference.hpp instead. Optional, since they need other
// libraries: etch/data/csv.hpp (libcsv), etch/data/idx_gzip.hpp (zlib) and etch/io/npz.hpp (libzip).

// Warnings that are of no use to users of etch, if its folder is passed by -I: templates convert to types that they
// already have, and floats are compared for equality on purpose. CMake declares the folder as a system's.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Weffc++"
#pragma GCC diagnostic ignored "-Wfloat-equal"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wpadded"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wswitch-default"
#pragma GCC diagnostic ignored "-Wswitch-enum"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuseless-cast"
#endif
#endif

// core: settings, status values, shapes, random numbers
#include <etch/core/config.hpp>
#include <etch/core/dispatch.hpp>
#include <etch/core/random.hpp>
#include <etch/core/result.hpp>
#include <etch/core/shape.hpp>
#include <etch/core/status.hpp>
// simd: numbers that are computed at once
#include <etch/simd/exponent.hpp>
#include <etch/simd/lanes.hpp>
// math: elementary functions, the same bits everywhere
#include <etch/math/cos_pi.hpp>
#include <etch/math/distribution.hpp>
#include <etch/math/erf.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/fast_tanh.hpp>
#include <etch/math/log.hpp>
#include <etch/math/sigmoid.hpp>
#include <etch/math/softplus.hpp>
#include <etch/math/tanh.hpp>
// tensor: fixed extents, lazy expressions, products
#include <etch/tensor/argmax.hpp>
#include <etch/tensor/bf16.hpp>
#include <etch/tensor/column_statistics.hpp>
#include <etch/tensor/parts.hpp>
#include <etch/tensor/product.hpp>
#include <etch/tensor/recut.hpp>
#include <etch/tensor/reduction.hpp>
#include <etch/tensor/rows.hpp>
#include <etch/tensor/stack.hpp>
#include <etch/tensor/tensor.hpp>
#include <etch/tensor/transpose.hpp>
#include <etch/tensor/transposed_copy.hpp>
// layer: network/catalogue.hpp lists and includes all of them; these are the other headers of the module
#include <etch/layer/absent.hpp>
#include <etch/layer/layer.hpp>
#include <etch/layer/layer_context.hpp>
#include <etch/layer/output_kind.hpp>
#include <etch/layer/parameter.hpp>
// loss
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/huber.hpp>
#include <etch/loss/mean_absolute_error.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>
#include <etch/loss/sum_of.hpp>
// optimizer
#include <etch/optimizer/adagrad.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/optimizer/clip.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/optimizer/nesterov.hpp>
#include <etch/optimizer/optimizer.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/schedule.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/optimizer/update.hpp>
// network: the type list, forward and backward
#include <etch/network/any_of.hpp>
#include <etch/network/catalogue.hpp>
#include <etch/network/chain_tape.hpp>
#include <etch/network/constant_cost.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/fold.hpp>
#include <etch/network/loss_fusion.hpp>
#include <etch/network/network.hpp>
#include <etch/network/predict.hpp>
#include <etch/network/sequence_tape.hpp>
#include <etch/network/summary.hpp>
#include <etch/network/tape.hpp>
#include <etch/network/tensor_table.hpp>
#include <etch/network/topology.hpp>
// data: sets, splits, preparation (host side)
#include <etch/data/class_list.hpp>
#include <etch/data/data_set.hpp>
#include <etch/data/data_view.hpp>
#include <etch/data/denoise.hpp>
#include <etch/data/generators.hpp>
#include <etch/data/idx.hpp>
#include <etch/data/normalize.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/data/outliers.hpp>
#include <etch/data/sample_source.hpp>
#include <etch/data/split.hpp>
#include <etch/data/standardize.hpp>
#include <etch/data/table_schema.hpp>
#include <etch/data/windows.hpp>
// training: batches, the loop, evaluation
#include <etch/training/candidates.hpp>
#include <etch/training/evaluate.hpp>
#include <etch/training/evaluate_loss.hpp>
#include <etch/training/fit_statistics.hpp>
#include <etch/training/history.hpp>
#include <etch/training/metrics.hpp>
#include <etch/training/on_heap.hpp>
#include <etch/training/search.hpp>
#include <etch/training/sequence_stepper.hpp>
#include <etch/training/settings.hpp>
#include <etch/training/stepper.hpp>
#include <etch/training/trainer.hpp>
#include <etch/training/updater.hpp>
// report: printing and drawing for people (host side)
#include <etch/report/build_notice.hpp>
#include <etch/report/history_csv.hpp>
#include <etch/report/metrics_text.hpp>
#include <etch/report/plot.hpp>
#include <etch/report/progress.hpp>
#include <etch/report/search_text.hpp>
#include <etch/report/summary_text.hpp>
// io: loading and saving weights
#include <etch/io/any_of.hpp>
#include <etch/io/checkpoint.hpp>
#include <etch/io/checkpoint_files.hpp>
#include <etch/io/fields.hpp>
#include <etch/io/files.hpp>
#include <etch/io/golden.hpp>
#include <etch/io/golden_vectors.hpp>
#include <etch/io/hexadecimal.hpp>
#include <etch/io/json.hpp>
#include <etch/io/key_map.hpp>
#include <etch/io/load.hpp>
#include <etch/io/parse_result.hpp>
#include <etch/io/safetensors.hpp>
#include <etch/io/save.hpp>
#include <etch/io/schema.hpp>
#include <etch/io/tensor_names.hpp>
#include <etch/io/tensor_source.hpp>

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
