package main

import (
	"database/sql"

	_ "github.com/mattn/go-sqlite3"
)

// What a role keeps: a table of its own and, in the same transaction, the ids of the messages it has taken in.
type store struct {
	database       *sql.DB
	takeIn, change *sql.Stmt
	arguments      func(order) []any
}

func openStore(path string, of role) (*store, error) {
	database, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=NORMAL&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	database.SetMaxOpenConns(1)
	if _, err = database.Exec("CREATE TABLE inbox (message_id TEXT PRIMARY KEY); " + of.schema); err != nil {
		return nil, err
	}
	s := &store{database: database, arguments: of.arguments}
	if s.takeIn, err = database.Prepare("INSERT OR IGNORE INTO inbox VALUES (?)"); err != nil {
		return nil, err
	}
	s.change, err = database.Prepare(of.change)
	return s, err
}

func (s *store) apply(about order) error {
	transaction, err := s.database.Begin()
	if err != nil {
		return err
	}
	defer transaction.Rollback() // of no effect after the commit
	if _, err := transaction.Stmt(s.change).Exec(s.arguments(about)...); err != nil {
		return err
	}
	return transaction.Commit()
}

// False: the inbox knew the message.
func (s *store) applyOnce(messageID string, about order) (bool, error) {
	transaction, err := s.database.Begin()
	if err != nil {
		return false, err
	}
	defer transaction.Rollback()
	taken, err := transaction.Stmt(s.takeIn).Exec(messageID)
	if err != nil {
		return false, err
	}
	if rows, err := taken.RowsAffected(); err != nil || rows == 0 {
		return false, err
	}
	if _, err := transaction.Stmt(s.change).Exec(s.arguments(about)...); err != nil {
		return false, err
	}
	return true, transaction.Commit()
}
