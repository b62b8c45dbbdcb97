"""The bundled small model behind llama.cpp's own server, in a child process.

Two sides, told apart by module:

* in the child, which is `playground model`: `llama` starts llama.cpp, `gate` stands before it;
* in the program that starts the child: `wheels` says whether the model can be had at all, `probe`
  asks a running one how it does, and `LocalModel` in `bundled` puts that together for `app.py`.

To everybody else the model is a server at a URL.
"""
