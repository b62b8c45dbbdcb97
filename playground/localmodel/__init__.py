"""The bundled small model behind llama.cpp's own server, in a child process."""
