/** The connection to PostgreSQL: pool, transactions, schema history and daily partitions. */
@NullMarked
package io.portolan.core.database;

import org.jspecify.annotations.NullMarked;
