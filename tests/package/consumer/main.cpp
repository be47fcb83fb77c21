#include <etch/etch.hpp>
#include <etch/report/progress.hpp>  // alone: only a system header is silent of all warnings
#ifdef HAS_csv
#include <etch/data/csv.hpp>
#endif
#ifdef HAS_gzip
#include <etch/data/idx_gzip.hpp>
#endif
#ifdef HAS_npz
#include <etch/io/npz.hpp>
#endif
#include <functional>

#include "walk.hpp"

int main() {
    using classifier = etch::network<etch::input<4>, etch::dense<8>, etch::relu, etch::dense<3>, etch::softmax>;
    const classifier net{etch::seed{42}};
    const auto probabilities = net(std::array{0.1f, 0.2f, 0.3f, 0.4f});
    const float sum = probabilities[0] + probabilities[1] + probabilities[2];
    bool works = sum > 0.999f && sum < 1.001f;
    works =
        works && walk_golden.count == 2 && std::equal_to{}(walk(walk_golden.inputs[0])[0], walk_golden.outputs[0][0]);
#ifdef HAS_gzip
    works = works && etch::gunzip({}).code != etch::status::ok;
#endif
#ifdef HAS_npz
    works = works && etch::parse_npz({}).code != etch::status::ok;
#endif
    return works ? 0 : 1;
}
