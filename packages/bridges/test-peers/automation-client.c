/*
 * A client of a class of COM automation, in C and bound late.
 *
 *   automation-client CLSID sta|mta active|create [STEP]...
 *       gets the running object or creates one, and carries out the steps:
 *       add          calls add(40, 2)
 *       named        calls add(40, 2) with both arguments by name
 *       mismatch     calls add("x", 2) and prints the argument that does not fit
 *       money        calls add with a currency and a decimal
 *       bytes        calls bytes with an array of bytes
 *       big          calls big(2^40)
 *       upper=N      calls upper with N characters
 *       time=N       calls add N times
 *       hold         waits to be killed, while it holds the object and one that open() returns
 *       slow=MS      calls slow(MS)
 */
#define COBJMACROS
#include <windows.h>
#include <oleauto.h>
#include <stdio.h>

static IDispatch *object;

static DISPID member(const wchar_t *name) {
  LPOLESTR names = (LPOLESTR)name;
  DISPID id = -1;
  IDispatch_GetIDsOfNames(object, &IID_NULL, &names, 1, LOCALE_USER_DEFAULT, &id);
  return id;
}

/* The last argument comes first. */
static HRESULT call(const wchar_t *name, VARIANT *args, unsigned count, VARIANT *result, UINT *bad) {
  DISPPARAMS params = {args, NULL, count, 0};
  EXCEPINFO error = {0};
  VariantInit(result);
  *bad = 99;
  return IDispatch_Invoke(object, member(name), &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, result,
                          &error, bad);
}

static void number(VARIANT *to, long value) {
  V_VT(to) = VT_I4;
  V_I4(to) = value;
}

static void add(void) {
  VARIANT args[2], result;
  UINT bad;
  number(&args[0], 2);
  number(&args[1], 40);
  HRESULT hr = call(L"ADD", args, 2, &result, &bad);
  printf("add %08lx type %d value %ld\n", hr, V_VT(&result), V_I4(&result));
}

static void named(void) {
  LPOLESTR names[3] = {(LPOLESTR)L"add", (LPOLESTR)L"b", (LPOLESTR)L"a"};
  DISPID ids[3];
  VARIANT args[2], result;
  HRESULT found = IDispatch_GetIDsOfNames(object, &IID_NULL, names, 3, LOCALE_USER_DEFAULT, ids);
  number(&args[0], 2);
  number(&args[1], 40);
  DISPPARAMS params = {args, &ids[1], 2, 2};
  VariantInit(&result);
  HRESULT hr = IDispatch_Invoke(object, ids[0], &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, &result,
                                NULL, NULL);
  printf("named %08lx %08lx value %ld\n", found, hr, V_I4(&result));
}

static void mismatch(void) {
  VARIANT args[2], result;
  UINT bad;
  number(&args[0], 2);
  V_VT(&args[1]) = VT_BSTR;
  V_BSTR(&args[1]) = SysAllocString(L"x");
  HRESULT hr = call(L"add", args, 2, &result, &bad);
  printf("mismatch %08lx argument %u\n", hr, bad);
  VariantClear(&args[1]);
}

static void money(void) {
  VARIANT args[2], result;
  UINT bad;
  V_VT(&args[0]) = VT_CY;
  V_CY(&args[0]).int64 = 12345;
  VariantInit(&args[1]);
  V_DECIMAL(&args[1]).Lo64 = 25;
  V_DECIMAL(&args[1]).Hi32 = 0;
  V_DECIMAL(&args[1]).scale = 2;
  V_DECIMAL(&args[1]).sign = 0;
  V_VT(&args[1]) = VT_DECIMAL;
  HRESULT hr = call(L"add", args, 2, &result, &bad);
  printf("money %08lx type %d value %.4f\n", hr, V_VT(&result), V_R8(&result));
}

static void bytes(void) {
  VARIANT arg, result;
  UINT bad;
  unsigned char *data;
  SAFEARRAY *array = SafeArrayCreateVector(VT_UI1, 0, 3);
  SafeArrayAccessData(array, (void **)&data);
  data[0] = 0, data[1] = 1, data[2] = 255;
  SafeArrayUnaccessData(array);
  V_VT(&arg) = VT_ARRAY | VT_UI1;
  V_ARRAY(&arg) = array;
  HRESULT hr = call(L"bytes", &arg, 1, &result, &bad);
  data = (unsigned char *)"";
  if (V_VT(&result) == (VT_ARRAY | VT_UI1)) SafeArrayAccessData(V_ARRAY(&result), (void **)&data);
  printf("bytes %08lx type %d value %d %d %d\n", hr, V_VT(&result), data[0], data[1], data[2]);
}

static void big(void) {
  VARIANT arg, result;
  UINT bad;
  V_VT(&arg) = VT_I8;
  V_I8(&arg) = 1LL << 40;
  HRESULT hr = call(L"big", &arg, 1, &result, &bad);
  printf("big %08lx type %d value %lld\n", hr, V_VT(&result), V_I8(&result));
}

static void upper(unsigned length) {
  VARIANT arg, result;
  UINT bad;
  V_VT(&arg) = VT_BSTR;
  V_BSTR(&arg) = SysAllocStringLen(NULL, length);
  for (unsigned i = 0; i < length; i++) V_BSTR(&arg)[i] = 'x';
  HRESULT hr = call(L"upper", &arg, 1, &result, &bad);
  unsigned back = V_VT(&result) == VT_BSTR ? SysStringLen(V_BSTR(&result)) : 0;
  printf("upper %08lx length %u last %d\n", hr, back, back == 0 ? 0 : V_BSTR(&result)[back - 1]);
  VariantClear(&result);
  VariantClear(&arg);
}

static void time_calls(int count) {
  VARIANT args[2], result;
  UINT bad;
  LARGE_INTEGER hz, from, to;
  number(&args[0], 2);
  number(&args[1], 40);
  QueryPerformanceFrequency(&hz);
  QueryPerformanceCounter(&from);
  for (int i = 0; i < count; i++) call(L"add", args, 2, &result, &bad);
  QueryPerformanceCounter(&to);
  printf("time %.0f us a call\n", (double)(to.QuadPart - from.QuadPart) * 1e6 / (double)hz.QuadPart / count);
}

static void slow(int ms) {
  VARIANT arg, result;
  UINT bad;
  number(&arg, ms);
  DWORD from = GetTickCount();
  printf("calling\n");
  fflush(stdout);
  HRESULT hr = call(L"slow", &arg, 1, &result, &bad);
  printf("slow %08lx after %lu\n", hr, GetTickCount() - from);
}

static void hold(void) {
  VARIANT arg, result;
  UINT bad;
  V_VT(&arg) = VT_BSTR;
  V_BSTR(&arg) = SysAllocString(L"me");
  HRESULT hr = call(L"open", &arg, 1, &result, &bad);
  printf("hold %08lx type %d\n", hr, V_VT(&result));
  fflush(stdout);
  Sleep(INFINITE);
}

static void step(const char *text) {
  const char *equals = strchr(text, '=');
  int value = equals == NULL ? 0 : atoi(equals + 1);
  if (!strcmp(text, "add")) add();
  else if (!strcmp(text, "named")) named();
  else if (!strcmp(text, "mismatch")) mismatch();
  else if (!strcmp(text, "money")) money();
  else if (!strcmp(text, "bytes")) bytes();
  else if (!strcmp(text, "big")) big();
  else if (!strcmp(text, "hold")) hold();
  else if (!strncmp(text, "upper=", 6)) upper((unsigned)value);
  else if (!strncmp(text, "time=", 5)) time_calls(value);
  else if (!strncmp(text, "slow=", 5)) slow(value);
  else printf("unknown step %s\n", text);
  fflush(stdout);
}

int main(int argc, char **argv) {
  wchar_t text[64];
  CLSID clsid;
  if (argc < 4 || MultiByteToWideChar(CP_ACP, 0, argv[1], -1, text, 64) == 0) return 2;
  CoInitializeEx(NULL, strcmp(argv[2], "mta") ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED);
  if (CLSIDFromString(text, &clsid) != S_OK) return 2;
  HRESULT hr;
  if (!strcmp(argv[3], "active")) {
    IUnknown *running = NULL;
    hr = GetActiveObject(&clsid, NULL, &running);
    if (hr == S_OK) {
      hr = IUnknown_QueryInterface(running, &IID_IDispatch, (void **)&object);
      IUnknown_Release(running);
    }
  } else {
    hr = CoCreateInstance(&clsid, NULL, CLSCTX_LOCAL_SERVER, &IID_IDispatch, (void **)&object);
  }
  printf("%s %08lx\n", argv[3], hr);
  fflush(stdout);
  if (hr != S_OK) return 0;
  for (int i = 4; i < argc; i++) step(argv[i]);
  IDispatch_Release(object);
  CoUninitialize();
  return 0;
}
