#include "walk.hpp"

action walk(const observation& x) {
    static const walk_network net{etch::seed{1}};
    const auto y = net(x);
    return {y[0], y[1], y[2], y[3]};
}
