// A const network may be asked from any number of threads. (Built with -fsanitize=thread this says more.)
#include <array>
#include <cstddef>
#include <thread>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using net_type = network<input<12>, dense<24>, etch::tanh, dropout<20>, residual<dense<24>, etch::tanh>, layer_norm<>,
                         dense<5>, softmax>;
constexpr std::size_t samples = 256, threads = 8;
using answers = std::array<vector<float, 5>, samples>;

vector<float, 12> sample(std::size_t i) {
    vector<float, 12> x;
    random_generator generator{seed{i}};
    for (float& v : x) v = generator.uniform() - 0.5f;
    return x;
}

}  // namespace

TEST_CASE("eight threads ask one network and get what one thread gets") {
    static const net_type net{seed{9}};
    static answers alone, together[threads];
    for (std::size_t i = 0; i < samples; ++i) alone[i] = net(sample(i));
    std::vector<std::thread> running;
    for (std::size_t t = 0; t < threads; ++t)
        running.emplace_back([t] {
            for (std::size_t i = 0; i < samples; ++i) {
                const std::size_t mine = (i + t * samples / threads) % samples;  // each begins elsewhere
                together[t][mine] = net(sample(mine));
            }
        });
    for (std::thread& t : running) t.join();
    for (const answers& each : together) CHECK(each == alone);
    CHECK_FALSE(alone[0] == alone[1]);
}
