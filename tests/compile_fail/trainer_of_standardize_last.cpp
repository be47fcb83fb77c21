// expect: etch: a network that ends in standardize or normalize cannot be trained
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/unstandardize.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#ifdef ETCH_REJECT
using last = etch::standardize;
#else
using last = etch::unstandardize;
#endif

using policy = etch::network<etch::input<3>, etch::dense<2>, last>;

etch::trainer<policy, etch::mean_squared_error, etch::sgd, 4> teacher;
