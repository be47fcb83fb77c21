#include <etch/io/files.hpp>

#include <array>

#include <etch/inference.hpp>

using policy = etch::network<etch::input<4>, etch::dense<8>, etch::elu<>, etch::dense<2>>;

int main(int, char** arguments) {
    constexpr std::array<float, 8> samples{0.1f, 0.2f, 0.3f, 0.4f, -1, 1, -1, 1};
    return etch::save_file(policy{etch::seed{42}}, arguments[1], {.golden = samples}) ? 0 : 1;
}
