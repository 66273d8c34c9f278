package io.portolan.sender.dns;

import org.xbill.DNS.Type;

/** A type of records that checks ask for. */
public enum RecordType {
  A(Type.A),
  AAAA(Type.AAAA),
  MX(Type.MX),
  PTR(Type.PTR),
  TXT(Type.TXT);

  private final int code;

  RecordType(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
