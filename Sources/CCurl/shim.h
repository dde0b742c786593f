#ifndef AMQPBRIDGE_CCURL_SHIM_H
#define AMQPBRIDGE_CCURL_SHIM_H

#include <curl/curl.h>

// Swift cannot call variadic functions. Each function here is `curl_easy_setopt` or `curl_easy_getinfo` with the one
// type of its last argument.

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*ccurl_read)(char *buffer, size_t size, size_t count, void *context);
static inline CURLcode ccurl_set_read(CURL *handle, ccurl_read function) {
    return curl_easy_setopt(handle, CURLOPT_READFUNCTION, function);
}

typedef int (*ccurl_debug)(CURL *handle, curl_infotype kind, char *data, size_t size, void *context);
static inline CURLcode ccurl_set_debug(CURL *handle, ccurl_debug function) {
    return curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, function);
}

typedef int (*ccurl_progress)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
static inline CURLcode ccurl_set_progress(CURL *handle, ccurl_progress function) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
}

static inline CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

/// Mail and nothing else, whatever the address says.
static inline CURLcode ccurl_allow_mail_only(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
}

// A macro, and no number to Swift.
static const long ccurl_global_all = CURL_GLOBAL_ALL;

#endif
