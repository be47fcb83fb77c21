#pragma once
// What a deployed program needs: networks and their layers; no loss, optimizer, data or training. The least to compile.

// As in etch/etch.hpp.
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

#include <etch/layer/clip.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dense_bf16.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/fast_tanh.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/normalize.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/silu.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/softplus.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/layer/unstandardize.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/network.hpp>
#include <etch/network/predict.hpp>
#include <etch/network/residual.hpp>

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
