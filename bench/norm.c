/*
 * A file by NORM, with libnorm's own API and nothing else.
 *   norm send FILE RATE_BITS RECEIVERS DATA PARITY AUTO_PARITY    prints "started", then "done SECONDS"
 *   norm receive FOLDER OUTPUT NODE_ID                            prints "ready", then "done"
 * The sender has node id 1000, receivers 1, 2, 3 … The end is a watermark that every receiver acknowledged.
 */
/* The header is meant for C, too, but two prototypes of it are C++: with references, and with a default. */
#define NormGetRxBindAddress(session, address, length, port) NormNotForC(void)
#define NormStreamGetVacancy(stream, bytes) NormNotForCEither(void)
#include <normApi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GROUP "239.255.77.77"
#define PORT 6003
#define SENDER_ID 1000
#define SEGMENT_BYTES 1400
#define BUFFER_BYTES (64 * 1024 * 1024)
#define SOCKET_BYTES (4 * 1024 * 1024)

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void say(const char *text) {
  printf("%s\n", text);
  fflush(stdout);
}

static NormSessionHandle session_of(NormInstanceHandle instance, NormNodeId id) {
  NormSessionHandle session = NormCreateSession(instance, GROUP, PORT, id);
  NormSetMulticastInterface(session, "eth0");
  NormSetTTL(session, 1);
  return session;
}

static int send_file(char **arguments) {
  NormInstanceHandle instance = NormCreateInstance(false);
  NormSessionHandle session = session_of(instance, SENDER_ID);
  int receivers = atoi(arguments[2]);
  for (int id = 1; id <= receivers; id++) NormAddAckingNode(session, (NormNodeId)id);
  NormSetCongestionControl(session, false, false);
  NormSetTxRate(session, atof(arguments[1]));
  NormSetGroupSize(session, (unsigned int)receivers);
  NormSetGrttEstimate(session, 0.01);
  NormSetBackoffFactor(session, 1.0);
  NormStartSender(session, 1, BUFFER_BYTES, SEGMENT_BYTES, (UINT16)atoi(arguments[3]), (UINT16)atoi(arguments[4]), 0);
  NormSetAutoParity(session, (unsigned char)atoi(arguments[5]));
  NormSetTxSocketBuffer(session, 262144);
  double start = now();
  NormObjectHandle file = NormFileEnqueue(session, arguments[0], "f", 1);
  if (file == NORM_OBJECT_INVALID) return 1;
  say("started");
  NormSetWatermark(session, file, false);
  NormEvent event;
  while (NormGetNextEvent(instance, &event, true)) {
    if (event.type != NORM_TX_WATERMARK_COMPLETED) continue;
    if (NormGetAckingStatus(session, NORM_NODE_ANY) == NORM_ACK_SUCCESS) break;
    NormSetWatermark(session, file, false);
  }
  printf("done %.6f\n", now() - start);
  fflush(stdout);
  NormStopSender(session);
  NormDestroySession(session);
  NormDestroyInstance(instance);
  return 0;
}

static int receive_file(char **arguments) {
  NormInstanceHandle instance = NormCreateInstance(false);
  NormSessionHandle session = session_of(instance, (NormNodeId)atoi(arguments[2]));
  NormSetCacheDirectory(instance, arguments[0]);
  NormStartReceiver(session, BUFFER_BYTES);
  NormSetRxSocketBuffer(session, SOCKET_BYTES);
  say("ready");
  NormEvent event;
  while (NormGetNextEvent(instance, &event, true)) {
    if (event.type != NORM_RX_OBJECT_COMPLETED) continue;
    NormFileRename(event.object, arguments[1]);
    say("done");
    /* It stays, to acknowledge the watermark again where that was lost. */
  }
  return 0;
}

int main(int count, char **arguments) {
  if (count == 8 && strcmp(arguments[1], "send") == 0) return send_file(arguments + 2);
  if (count == 5 && strcmp(arguments[1], "receive") == 0) return receive_file(arguments + 2);
  return 2;
}
