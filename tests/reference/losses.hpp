#pragma once
// Made by tests/reference/make_losses.py with PyTorch 1.13.0a0; not edited by hand. 4 samples, one after the other;
// the mean is taken as PyTorch's reduction "mean" does. What goes in is exact in float, what comes out was computed in
// float64.
// clang-format off

namespace reference {

inline constexpr int samples = 4;

/// Mean of (prediction - target)^2 over all 12.
namespace mse {

inline constexpr int outputs = 3;

inline constexpr float prediction[12] = {
        0.5f, -1.25f, 3.0f, 0.1f, 0.2f, -0.3f, -7.5f, 0.0f, 12.0f, 0.001f, 2.5f, -0.75f};

inline constexpr float target[12] = {
        0.25f, -1.0f, 0.5f, 0.1f, -1.3f, 0.45f, -6.0f, 0.0f, -4.0f, 0.0f, 3.5f, -0.8f};

inline constexpr double value = 22.370000072256815;

inline constexpr double gradient[12] = {
        0.041666666666666664, -0.041666666666666664, 0.41666666666666663, 0.0, 0.2499999925494194, -0.125, -0.25, 0.0,
        2.6666666666666665, 0.00016666667458290854, -0.16666666666666666, 0.008333335320154825};

}  // namespace mse

/// Mean of |prediction - target|; where they are equal the gradient is 0.
namespace l1 {

inline constexpr int outputs = 3;

inline constexpr float prediction[12] = {
        0.5f, -1.25f, 3.0f, 0.1f, 0.2f, -0.3f, -7.5f, 0.0f, 12.0f, 0.001f, 2.5f, -0.75f};

inline constexpr float target[12] = {
        0.25f, -1.0f, 0.5f, 0.1f, -1.3f, 0.45f, -6.0f, 0.0f, -4.0f, 0.0f, 3.5f, -0.8f};

inline constexpr double value = 1.9834166639387452;

inline constexpr double gradient[12] = {
        0.08333333333333333, -0.08333333333333333, 0.08333333333333333, 0.0, 0.08333333333333333, -0.08333333333333333,
        -0.08333333333333333, 0.0, 0.08333333333333333, 0.08333333333333333, -0.08333333333333333, 0.08333333333333333};

}  // namespace l1

/// delta = 1.
namespace huber {

inline constexpr int outputs = 3;

inline constexpr float prediction[12] = {
        0.5f, -1.25f, 3.0f, 0.1f, 0.2f, -0.3f, -7.5f, 0.0f, 12.0f, 0.001f, 2.5f, -0.75f};

inline constexpr float target[12] = {
        0.25f, -1.0f, 0.5f, 0.1f, -1.3f, 0.45f, -6.0f, 0.0f, -4.0f, 0.0f, 3.5f, -0.8f};

inline constexpr double value = 1.6954167046577175;

inline constexpr double gradient[12] = {
        0.020833333333333332, -0.020833333333333332, 0.08333333333333333, 0.0, 0.08333333333333333, -0.0625,
        -0.08333333333333333, 0.0, 0.08333333333333333, 8.333333729145427e-05, -0.08333333333333333,
        0.004166667660077413};

}  // namespace huber

/// Binary cross-entropy of sigmoid(prediction); the gradient is for the logits. Mean over all 12.
namespace bce {

inline constexpr int outputs = 3;

inline constexpr float prediction[12] = {
        0.3f, -1.7f, 4.0f, 10000.0f, -10000.0f, 0.0f, 10000.0f, -10000.0f, -30.0f, 12.5f, -0.01f, 88.0f};

inline constexpr float target[12] = {
        1.0f, 0.0f, 1.0f, 1.0f, 0.0f, 1.0f, 0.0f, 1.0f, 0.0f, 0.25f, 0.5f, 0.9f};

inline constexpr double value = 1668.3584669895943;

inline constexpr double gradient[12] = {
        -0.03546312335618091, 0.01287210490464729, -0.0014988508301742958, 0.0, 0.0, -0.041666666666666664,
        0.08333333333333333, -0.08333333333333333, 7.798019140699416e-15, 0.06249968944672632, -0.00020833159258308123,
        0.008333335320154825};

}  // namespace bce

/// Cross-entropy of softmax(prediction); the gradient is for the logits. Mean over the 4 samples.
namespace cross_entropy {

inline constexpr int outputs = 5;

inline constexpr float prediction[20] = {
        0.2f, -1.3f, 2.1f, 0.7f, 0.0f, 10000.0f, -10000.0f, 0.0f, 3.0f, -3.0f, -10000.0f, 10000.0f, 10000.0f, 0.0f,
        5.0f, 30.0f, 29.5f, -30.0f, 10.0f, 31.0f};

inline constexpr float target[20] = {
        0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
        1.0f, 0.0f};

inline constexpr double value = 5005.649264344972;

inline constexpr double gradient[20] = {
        0.02409295806836181, 0.0053758658325629, -0.08891704139480572, 0.03972257184948194, 0.0197256456443991, 0.0,
        0.0, 0.0, 0.0, 0.0, -0.25, 0.125, 0.125, 0.0, 0.0, 0.05780597437798764, 0.03506109577481242,
        5.061786367890062e-28, -0.249999999880853, 0.15713292972805293};

}  // namespace cross_entropy

/// The same logits with targets that are probabilities.
namespace cross_entropy_soft {

inline constexpr int outputs = 5;

inline constexpr float prediction[20] = {
        0.2f, -1.3f, 2.1f, 0.7f, 0.0f, 10000.0f, -10000.0f, 0.0f, 3.0f, -3.0f, -10000.0f, 10000.0f, 10000.0f, 0.0f,
        5.0f, 30.0f, 29.5f, -30.0f, 10.0f, 31.0f};

inline constexpr float target[20] = {
        0.1f, 0.2f, 0.4f, 0.2f, 0.1f, 0.5f, 0.25f, 0.25f, 0.0f, 0.0f, 0.0f, 0.5f, 0.5f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
        0.0f, 1.0f};

inline constexpr double value = 1875.7392643355083;

inline constexpr double gradient[20] = {
        -0.0009070419451541676, -0.044624134832388515, 0.0610829595154013, -0.010277428303663672, -0.005274354434194904,
        0.125, -0.0625, -0.0625, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.05780597437798764, 0.03506109577481242,
        5.061786367890062e-28, 1.1914699348777968e-10, -0.09286707027194707};

}  // namespace cross_entropy_soft

}  // namespace reference
