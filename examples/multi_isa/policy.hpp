#pragma once
// What each build of policy.cpp provides. Only plain numbers cross the boundary between builds.
struct policy_functions {
    void (*act)(const float* observation, float* action);  // 17 numbers in, 6 out
};
