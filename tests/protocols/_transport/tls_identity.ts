import type { TlsIdentity } from "../../../protocols/_transport/transport.ts";

/** Of `localhost`, signed by itself, good for a hundred years and for nothing but tests. */
export const LOCALHOST: TlsIdentity = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBkjCCATigAwIBAgIUIs7xkmBenYgUEZx9X/5EvmhFX/0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMDE0MjM1NFoYDzIxMjYxMDI3
MTQyMzU0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAToyT4iZHwT8SiGAfEZ6TjM3st49xwdZmIxTMQ8P+/bNreHDSlTpC+z
3onuqpskNBl3v5dDFmLp5HXGCY/5YVnLo2YwZDAdBgNVHQ4EFgQUz9xo9VvArZla
GMRDg2WgKMmOU3owHwYDVR0jBBgwFoAUz9xo9VvArZlaGMRDg2WgKMmOU3owDAYD
VR0TAQH/BAIwADAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwIDSAAw
RQIhAJ1hm20G3GgnyHnFZa7JeDS+s81z0XKn5Yv/d3oKPgyFAiAk9C2za0GkOW2o
EtWClF7+CNUF1K7urYsnGI9DtzzLLw==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiVYs2y+nBpHFbIDs
Lb4tDyRf+Xb9b0AUkWYUEqYvc3ihRANCAAToyT4iZHwT8SiGAfEZ6TjM3st49xwd
ZmIxTMQ8P+/bNreHDSlTpC+z3onuqpskNBl3v5dDFmLp5HXGCY/5YVnL
-----END PRIVATE KEY-----
`,
};
