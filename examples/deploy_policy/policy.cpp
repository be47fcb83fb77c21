// Writes the policy that deploy_policy.cpp runs, if there is no PyTorch for policy.py: policy OUT.safetensors
#include <etch/io/files.hpp>

#include <cstdio>
#include <memory>
#include <vector>

#include <etch/inference.hpp>

using policy = etch::network<etch::input<48>, etch::standardize, etch::dense<512>, etch::elu<>, etch::dense<256>,
                             etch::elu<>, etch::dense<128>, etch::elu<>, etch::dense<12>>;

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const auto net = std::make_unique<policy>(etch::seed{1});
    etch::random_generator generator{etch::seed{2}};
    for (float& statistic : net->statistics()) statistic = generator.uniform() + 0.5f;
    std::vector<float> samples(8 * policy::inputs);
    for (float& x : samples) x = 2 * generator.uniform() - 1;
    const auto saved =
        etch::save_file(*net, arguments[1], {.golden = samples, .source = "policy.cpp, without PyTorch"});
    std::fputs(saved.message().c_str(), stderr);
    return saved ? 0 : 1;
}
