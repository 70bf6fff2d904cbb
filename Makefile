# 常用命令。只输入 make 可列出全部。

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DEMO ?= 1
# One process more than cores: each waits a quarter of its time for Chromium and PostgreSQL.
WORKERS ?= $(shell n=$$(nproc); [ $$n -gt 4 ] && echo 4 || echo $$((n + 1)))
TESTS ?= tests

VENV := .venv
# What browsers are sent compressed; the paper's fonts never leave the machine.
PACKED := $(shell find static -type f ! -name '*.br' ! -name '*.gz' ! -name '*.ttf')
BIN := $(VENV)/bin
# Made by npm from the lock beside it, newer than the lock.
NODE_PARTS := tests/scripts/node_modules/.package-lock.json
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# One lock for every Python and machine promised; what is pinned already stays unless a list says otherwise.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run demo test test-nightly check bench soak lock clean

help: ## 列出命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## 准备运行环境（虚拟环境、固定版本的依赖、系统软件包）
	@PYTHON=$(PYTHON) .ci/system-parts run
	@$(MAKE) -s --no-print-directory $(VENV)/ready $(VENV)/packed

setup-test: ## 准备测试环境（另加 Chromium、Node、PostgreSQL 程序和测试工具）
	@PYTHON=$(PYTHON) .ci/system-parts test
	@$(MAKE) -s --no-print-directory $(VENV)/ready-for-tests $(NODE_PARTS) $(VENV)/packed

# The stamps are newer than the lists they were made from: a second run does nothing.
$(VENV)/ready: requirements.txt
	@echo "正在安装依赖，首次约需一两分钟……"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/ready-for-tests: tests/requirements.txt requirements.txt
	@echo "正在安装测试依赖……"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.txt -r tests/requirements.txt
	@touch $(VENV)/ready $@

$(NODE_PARTS): tests/scripts/package-lock.json
	@echo "正在安装脚本测试的依赖……"
	@cd tests/scripts && npm ci --ignore-scripts --silent
	@touch $@

# Packed again whenever a file is newer: the server prefers a packed neighbour, even a stale one.
$(VENV)/packed: $(PACKED)
	@$(BIN)/python -m whitenoise.compress --quiet static br gz ttf
	@touch $@

run: setup ## 启动（空实例自动载入演示数据；DEMO=0 从空白开始；可设 HOST、PORT）
	@HOST=$(HOST) PORT=$(PORT) DEMO=$(DEMO) exec $(BIN)/flask --app wsgi serve

demo: setup ## 在 .demo/ 里另起一份演示，不碰 instance/
	@INSTANCE=.demo HOST=127.0.0.1 PORT=$(PORT) DEMO=1 exec $(BIN)/flask --app wsgi serve

test: setup-test ## 运行全部测试（TESTS=tests/rules 只跑一部分）
	$(if $(filter tests tests/scripts,$(TESTS)),@$(BIN)/python -m tests.scripts)
	$(if $(filter-out tests/scripts,$(TESTS)),@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(TESTS))

test-nightly: setup-test ## 同样的规则，用多得多的情形再试（较慢，.ci/run 时间够时也跑）
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m nightly $(TESTS)

check: setup-test ## 格式、规范、类型、问卷年版、物料清单、已知漏洞（有网络时）与全部测试
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m questionnaires
	@$(BIN)/python -m tests.support.parts
	@$(MAKE) --no-print-directory test

bench: setup-test ## 测量速度并与基准对比
	@$(BIN)/python -m tests.benchmarks

soak: setup-test ## 混合负载下每 20 秒强行终止网页、任务或数据库进程，数有没有丢失或重复（MINUTES=30）
	@$(BIN)/python -m tests.soak

lock: setup-test ## 按 requirements.in 与 tests/requirements.in 重新锁定依赖（含哈希）
	@$(LOCK) requirements.in --output-file requirements.txt
	@$(LOCK) tests/requirements.in --output-file tests/requirements.txt

clean: ## 删除虚拟环境、缓存和 .demo/（不动 instance/）
	@rm -rf $(VENV) .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find static -name '*.br' -o -name '*.gz' | xargs -r rm --
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
