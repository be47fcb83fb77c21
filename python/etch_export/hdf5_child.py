"""A program of its own, since the library of HDF5 may crash on a damaged file: HDF5 on its input, the arrays and names
that keras_files.py needs as numpy's archive on its output. Not imported: its text is run."""
import io
import json
import sys

MOST_NUMBERS, MOST_TENSORS, MEMORY = 2**28, 4096, 2**33


def text_of(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def main():
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):  # not a system of Unix, or one with less memory
        pass
    import h5py
    import numpy as np

    arrays, found, left = {}, {"arrays": [], "groups": [], "weight_names": {}, "attributes": {}}, [MOST_NUMBERS]

    def visit(path, entry):
        if len(found["arrays"]) + len(found["groups"]) > MOST_TENSORS:
            raise ValueError("more than %d tensors and groups" % MOST_TENSORS)
        if not hasattr(entry, "shape"):
            found["groups"].append(path)
            if "weight_names" in entry.attrs:
                names = np.asarray(entry.attrs["weight_names"]).reshape(-1).tolist()
                found["weight_names"][path] = [text_of(n) for n in names]
            return
        size = 1
        for extent in entry.shape or ():
            size *= int(extent)
        left[0] -= size
        if entry.dtype.kind not in "fiu" or left[0] < 0:
            raise ValueError("%s holds %s of shape %s" % (path, entry.dtype, list(entry.shape or ())))
        arrays[str(len(found["arrays"]))] = np.asarray(entry[()])
        found["arrays"].append(path)

    with h5py.File(io.BytesIO(sys.stdin.buffer.read()), "r") as file:
        for name in ("model_config", "keras_version"):
            if name in file.attrs:
                found["attributes"][name] = text_of(file.attrs[name])
        for name in file:
            if name in ("optimizer_weights", "optimizer"):
                continue
            visit(name, file[name])
            if not hasattr(file[name], "shape"):
                file[name].visititems(lambda path, entry, name=name: visit(name + "/" + path, entry))
    arrays["found"] = np.frombuffer(json.dumps(found).encode(), np.uint8)
    written = io.BytesIO()
    np.savez(written, **arrays)
    sys.stdout.buffer.write(written.getvalue())


try:
    main()
except Exception as error:
    sys.stderr.write(("%s" % error).strip().split("\n")[0] or type(error).__name__)
    sys.exit(3)
