package io.portolan.core.suppression;

/** A suppression in force. Its id rises with the time of adding. */
public record StoredSuppression(long id, Suppression suppression) {}
