#pragma once
#define EIGEN_STACK_ALLOCATION_LIMIT 0  // the batches of `digits` are larger than what it allows; all lie on the heap

#include <cmath>
#include <cstddef>

#include <Eigen/Core>
#include <unsupported/Eigen/SpecialFunctions>

#include "contestant.hpp"

/// What the files of the contestant Eigen have in common.
namespace {

template <std::size_t Rows, std::size_t Columns>
using matrix = Eigen::Matrix<float, static_cast<int>(Rows), static_cast<int>(Columns)>;
template <std::size_t Rows, std::size_t Columns>
using view = Eigen::Map<matrix<Rows, Columns>>;
template <std::size_t Rows, std::size_t Columns>
using const_view = Eigen::Map<const matrix<Rows, Columns>>;

template <bench::activation Activation, class Matrix>
void activate(Matrix& z) {
    using enum bench::activation;
    auto a = z.array();
    if constexpr (Activation == relu) {
        a = a.max(0.0f);
    } else if constexpr (Activation == elu) {
        a = a.max(0.0f) + (a.min(0.0f).exp() - 1.0f);
    } else if constexpr (Activation == tanh) {
        a = a.tanh();
    } else if constexpr (Activation == sigmoid) {
        a = a.logistic();
    } else if constexpr (Activation == softmax) {
        a = (a.rowwise() - a.colwise().maxCoeff().eval()).exp();
        a.rowwise() /= a.colwise().sum().eval();
    }
}

template <bench::activation Activation, class Matrix>
void differentiate(const Matrix& y, Matrix& dy) {
    using enum bench::activation;
    if constexpr (Activation == relu) {
        dy.array() *= (y.array() * 1e30f).min(1.0f);  // 0 or 1; sign and select are not vectorized
    } else if constexpr (Activation == elu) {
        dy.array() *= y.array().min(0.0f) + 1.0f;
    } else if constexpr (Activation == tanh) {
        dy.array() *= 1.0f - y.array().square();
    } else if constexpr (Activation == sigmoid) {
        dy.array() *= y.array() * (1.0f - y.array());
    }
}

/// The mean loss; dy becomes dL/dy, or dL/dz after softmax: mean squared error, or cross-entropy after softmax. A
/// column per sample.
template <bench::activation Last, class Y, class Target, class DY>
float differentiate_loss(const Y& y, const Target& target, DY& dy) {
    constexpr float share = 1.0f / static_cast<float>(Y::ColsAtCompileTime);
    if constexpr (Last == bench::activation::softmax) {
        dy = (y - target) * share;
        return -(target.array() * y.array().log()).sum() * share;
    } else {
        constexpr float scale = share / static_cast<float>(Y::RowsAtCompileTime);
        dy = y - target;
        const float loss = dy.squaredNorm() * scale;
        dy *= 2 * scale;
        return loss;
    }
}

template <std::size_t Count>
using flat_array = Eigen::Array<float, static_cast<int>(Count), 1>;

/// The update of all parameters, which are one flat array, as are their gradients.
template <bench::optimizer Optimizer, std::size_t Parameters>
class updater {
public:
    updater() {
        m_.setZero();
        v_.setZero();
    }

    /// In pieces that stay in the L1 cache, since each expression is a pass over its arrays.
    void operator()(flat_array<Parameters>& p, const flat_array<Parameters>& g) {
        constexpr int count = static_cast<int>(Parameters), piece = 1024;
        power1_ *= static_cast<double>(bench::adam_beta1);
        power2_ *= static_cast<double>(bench::adam_beta2);
        for (int i = 0; i + piece <= count; i += piece) update(p, g, i, Eigen::fix<piece>);
        update(p, g, count / piece * piece, Eigen::fix<count % piece>);
    }

private:
    void update(flat_array<Parameters>& all_p, const flat_array<Parameters>& all_g, int first, auto size) {
        using namespace bench;
        auto p = all_p.segment(first, size);
        const auto g = all_g.segment(first, size);
        auto m = m_.segment(first, size);
        auto v = v_.segment(first, size);
        if constexpr (Optimizer == optimizer::sgd) {
            p -= sgd_learning_rate * g;
        } else if constexpr (Optimizer == optimizer::momentum) {
            v = momentum_share * v + g;
            p -= momentum_learning_rate * v;
        } else {
            const float rate = adam_learning_rate / static_cast<float>(1 - power1_);
            const float scale = 1 / std::sqrt(static_cast<float>(1 - power2_));
            m = adam_beta1 * m + (1 - adam_beta1) * g;
            v = adam_beta2 * v + (1 - adam_beta2) * g.square();
            p -= rate * m / (v.sqrt() * scale + adam_epsilon);
        }
    }

    flat_array<Parameters> m_, v_;
    double power1_ = 1, power2_ = 1;
};

}  // namespace
