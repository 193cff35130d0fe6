"""The stores on DynamoDB: tables with the string keys `pk` and `sk`; `keys` says which item stands where."""
