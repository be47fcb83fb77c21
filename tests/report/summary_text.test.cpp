#include <etch/report/summary_text.hpp>

#include <string>

#include "support/catch.hpp"

#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/lstm.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>

namespace {

using reader = etch::network<etch::input<28, 28>, etch::flatten, etch::standardize, etch::dense<128>, etch::relu,
                             etch::dense<10>, etch::softmax>;

struct teacher {
    using network_type = reader;
    float gradients[1000];
};

}  // namespace

TEST_CASE("numbers are grouped by thousands", "[summary_text]") {
    CHECK(etch::internal::grouped(0) == "0");
    CHECK(etch::internal::grouped(999) == "999");
    CHECK(etch::internal::grouped(1000) == "1'000");
    CHECK(etch::internal::grouped(1234567) == "1'234'567");
}

TEST_CASE("a summary is printed as a table of its layers and of the memory it takes", "[summary_text]") {
    CHECK(to_text(etch::summary<reader>) ==
          "layer        output    parameters    bytes  multiply-adds\n"
          "---------------------------------------------------------\n"
          "input        28x28              -        -              -\n"
          "flatten      784                -        -              -\n"
          "standardize  784     1'568 fitted    6'272              -\n"
          "dense        128          100'480  401'920        100'352\n"
          "relu         128                -        -              -\n"
          "dense        10             1'290    5'160          1'280\n"
          "softmax      10                 -        -              -\n"
          "---------------------------------------------------------\n"
          "total                     103'338  413'352        101'632\n"
          "\n"
          "network                              " +
              std::string(etch::has_simd ? "413'376" : "413'352") +  // whole lines of the cache
              " bytes\n"
              "stack for one sample, beside frames    3'648 bytes\n"
              "stack for 32 samples, beside frames  116'736 bytes\n" +
              etch::build_notice);
}

TEST_CASE("the summary of a trainer has a line for it", "[summary_text]") {
    const std::string text = to_text(etch::summary<teacher>);
    CHECK(text.find("\ntrainer                                4'000 bytes\n") != std::string::npos);
}

TEST_CASE("the summary of a network with state has a line for the state", "[summary_text]") {
    const std::string text = to_text(etch::summary<etch::network<etch::input<3>, etch::gru<16>>>);
    CHECK(text.find("\nstate of one sample                      64 bytes\n") != std::string::npos);
    const std::string two = to_text(etch::summary<etch::network<etch::input<3>, etch::lstm<16>>>);
    CHECK(two.find("\nlstm   16           1'344  5'376          1'216\n") != std::string::npos);
    CHECK(two.find("\nstate of one sample                    128 bytes\n") != std::string::npos);
    CHECK(to_text(etch::summary<reader>).find("state") == std::string::npos);
}

TEST_CASE("a topology is one line", "[summary_text]") {
    CHECK(topology_of(etch::summary<reader>) == "28x28, flatten 784, standardize, dense 128, relu, dense 10, softmax");
}

TEST_CASE("a summary names a network or trainer that is large for a stack, and the way out", "[summary_text]") {
    auto small = etch::summary<etch::network<etch::input<2>, etch::dense<1>>>;
    CHECK(to_text(small).find("of a stack") == std::string::npos);
    small.trainer_bytes = etch::stack_limit + 1;
    CHECK(to_text(small).find("A local trainer takes 524'289 bytes of a stack") != std::string::npos);
    CHECK(to_text(small).find("etch::on_heap") != std::string::npos);
    small.network_bytes = 16'000'000;
    CHECK(to_text(small).find("A local network takes 16'000'000 bytes") != std::string::npos);
}
