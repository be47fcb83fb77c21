#pragma once
#include <vector>

// What the builds of policy.cpp provide: plain numbers cross the border.
struct policy_functions {
    float (*act)(const float* observation);
};

// A class that every file shares: its functions, its table of virtual functions and std::vector's have the same names
// in all of them.
struct memory {
    virtual ~memory() = default;
    virtual float decayed(float x) const { return x * factor + 0.1f; }
    void keep(float x) { values.push_back(x); }
    float factor = 0.7f;
    std::vector<float> values;
};
