/* python.exe for the Windows Python that .ci/windows puts together: whatever Python's own library does with a command. */
#include <wchar.h>

__declspec(dllimport) int Py_Main(int count, wchar_t **words);

int wmain(int count, wchar_t **words) { return Py_Main(count, words); }
