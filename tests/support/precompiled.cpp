// Nothing: the target that compiles the precompiled header needs a file.
